"""What buyers do with a plan: decisions, snoozes, comments, people. Its tables lie beside the plan's."""
