"""What every view stands on: its frame, its session, its way to the browser and into a page."""
