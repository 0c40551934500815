"""Tests of partitions and the engines that work on them."""
