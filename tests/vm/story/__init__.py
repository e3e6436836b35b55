"""Tests of the told run; they mirror vm/story."""
