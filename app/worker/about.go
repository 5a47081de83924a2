package worker

import "runtime"

// Memory is what a worker holds.
type Memory struct {
	Heap  uint64 `json:"heap"`  // bytes of what is in use
	Taken uint64 `json:"taken"` // bytes taken from the browser, which never gets them back before the worker's end
}

// MemoryOf answers "worker.memory".
func MemoryOf(_ *Call, _ struct{}) (Memory, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Memory{Heap: m.HeapAlloc, Taken: m.Sys}, nil
}
