"""Forms that ask for figures (汇总表): rows by columns, each cell a count that the register or the cases know."""
