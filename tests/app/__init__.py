"""Tests of the web edge; they mirror app/."""
