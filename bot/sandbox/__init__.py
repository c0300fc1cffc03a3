"""
Local servers that speak the platforms' real protocols, for `loket demo` and for the tests.

They are written from the platforms' documentation, refuse what the real platforms refuse, and fail on demand. They
know nothing of the bot: it reaches them through the real SDKs, by the public address settings alone.
"""
