"""What an operator's machines ask: is it ready, and how is it doing."""
