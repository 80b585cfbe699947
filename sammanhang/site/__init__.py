"""Settings, URLs, base templates, assets, command line: the only place that knows all."""
