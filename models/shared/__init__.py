"""What the models share: histories, distributions, smoothing, seasons, features, kernels."""
