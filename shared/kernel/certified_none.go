//go:build !amd64 || noasm

package kernel

// vectors has nothing to add to the definition here.
var vectors []impl
