"""Labels as people write them."""

def label_text(label):
    """Returns the label for messages and command lines: `//package:name`, without the main repository's empty name.

    Args:
      label: a `Label`.
    """
    text = str(label)
    return text.lstrip("@") if text.lstrip("@").startswith("//") else text
