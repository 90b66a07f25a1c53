"""One widget a file. A widget names no sibling and not the app: values come down, messages go up."""
