"""Lessons: folders of plain files, read strictly and shown as pages. app.grading judges what is sent in."""
