"""Tests of app.workbench."""
