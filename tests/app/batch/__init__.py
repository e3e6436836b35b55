"""Tests of app.batch."""
