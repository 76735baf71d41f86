"""For machines that cannot reach Pulumi's downloads: engine build, language host, plugins."""
