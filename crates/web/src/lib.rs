//! Pages: made on the server, from the same use cases that the REST interface calls.
