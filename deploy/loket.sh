#!/bin/sh
# The command `loket` with the service's user, settings and folder, to be run by root.
exec systemd-run --quiet --pipe --wait --collect --uid=loket \
	--property=EnvironmentFile=/etc/loket.env --property=WorkingDirectory=/var/lib/loket \
	/opt/loket/.venv/bin/loket "$@"
