"""Where customers are: one folder per channel, all alike behind `base.Channel`."""
