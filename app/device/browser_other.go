//go:build !wasm

package device

func browser() Store { return &memory{} }
