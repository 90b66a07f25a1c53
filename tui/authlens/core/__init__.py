"""Pure core: values in, values out. Nothing here reads files, sockets, clocks or environments, or knows a screen."""
