"""What Loket decides, and nothing else: pure functions over frozen values, with time and chance as arguments."""
