//go:build (!amd64 && !js) || noasm

package kernel

// vectors has nothing to add to the definition here.
var vectors []impl
