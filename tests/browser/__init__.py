"""What people do in a real browser, with the strict policy on and every complaint of the browser a failure."""
