"""Systems that a company's tables come from: one file a system, all behind one port."""
