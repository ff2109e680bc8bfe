"""Reports of drift: pages, documents and tables made from tidy frames."""
