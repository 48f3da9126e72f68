"""The hall: configuration and wiring, the only room that knows every concrete class."""
