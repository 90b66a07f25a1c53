"""Ways to fill the form and to choose among requests: editor, paste, collection, cases, environments."""
