"""ERPNext as a source. Written from its public source and documents; not run against a real one."""
