"""Where credentials come from: the configuration's keys and the files in auth-dir."""
