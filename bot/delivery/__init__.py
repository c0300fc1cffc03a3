"""
How things come in and go out without loss: inbox, outbox, lanes, leases, retries.

It knows rows and times, not what they mean; `bot.app` hands it what it calls, through `bot.delivery.ports`.
"""
