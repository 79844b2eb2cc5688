"""The slower model: pledges and rivalries of pairs of powers since 1816, fitted to the counts."""
