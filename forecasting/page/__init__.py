"""Pages that stand by themselves: the looks that every report shares."""
