//! Full text: an index on each node, fed from the journal, asked within what an actor may read.
