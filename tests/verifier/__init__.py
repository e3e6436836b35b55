"""The verifier against Linux: generated programs, recorded answers, and a comparison with the live kernel."""
