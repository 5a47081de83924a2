package dataset

// ConflictOf is conflictOf for tests.
var ConflictOf = conflictOf
