package main

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// lineTable is where Go's runtime finds functions by address, in the layout of
// runtime.pcHeader and runtime._func.
var lineTable = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8} // its magic number, instructions of 1 byte, addresses of 8

// Places in pcHeader, in bytes; sizes in _func.
const (
	headFuncs = 8
	headNames = 32 // offsets of tables, in the order in which they follow the header
	headUnits = 40
	headFiles = 48
	headSteps = 56
	headTable = 64
	headSize  = 72

	funcName     = 4
	funcFrame    = 16 // offsets of step tables: the frame's size,
	funcFile     = 20 // file
	funcLine     = 24 // and line by address
	funcTables   = 28 // how many more there are
	funcUnit     = 32
	funcFirst    = 36 // line
	funcSize     = 44 // then come the offsets of these tables
	funcStepSize = 4
)

var errLines = errors.New("its table of lines is not as Go 1.26 writes it: see runtime.pcHeader and runtime._func, and change wasm/join/lines.go")

// forget writes zeros over what only stack traces show: names of functions, files and
// lines. Offset 0 means to the runtime that there is no table of lines, and a name of
// no letters.
func forget(data []byte) error {
	at := bytes.Index(data, lineTable)
	if at < 0 || bytes.Contains(data[at+1:], lineTable) || len(data)-at < headSize {
		return errLines
	}
	head := data[at:]
	word := func(i int) int { return int(binary.LittleEndian.Uint64(head[i:])) }
	n, units, files, steps, table := word(headFuncs), word(headUnits), word(headFiles), word(headSteps), word(headTable)
	if !(headSize <= word(headNames) && word(headNames) <= units && units <= files && files <= steps && steps <= table && table+8*n+4 <= len(head)) {
		return errLines
	}
	used := make([]bool, table-steps)
	half := func(i int) int { return int(binary.LittleEndian.Uint32(head[i:])) }
	for i := range n {
		f := table + half(table+8*i+4)
		if f+funcSize > len(head) {
			return errLines
		}
		offsets := []int{f + funcFrame}
		for j := range half(f + funcTables) {
			offsets = append(offsets, f+funcSize+funcStepSize*j)
		}
		for _, o := range offsets {
			if o+funcStepSize > len(head) || !use(head[steps:table], half(o), used) {
				return errLines
			}
		}
		for _, o := range []int{funcName, funcFile, funcLine, funcUnit, funcFirst} {
			clear(head[f+o : f+o+4])
		}
	}
	for i, u := range used {
		if !u {
			head[steps+i] = 0
		}
	}
	clear(head[word(headNames):steps])
	return nil
}

// use marks the bytes of the step table at an offset: pairs of numbers, up to a
// zero where the first of a pair would be.
func use(steps []byte, at int, used []bool) bool {
	if at == 0 {
		return true
	}
	for first := true; at < len(steps); first = false {
		if steps[at] == 0 && !first {
			used[at] = true
			return true
		}
		for range 2 {
			for {
				if at >= len(steps) {
					return false
				}
				used[at] = true
				at++
				if steps[at-1] < 0x80 {
					break
				}
			}
		}
	}
	return false
}
