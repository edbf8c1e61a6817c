"""What somebody would try who wants in, wants what is hidden, or pulls the plug."""
