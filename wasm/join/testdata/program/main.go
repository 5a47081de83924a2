// Program works with stacks: it collects garbage under deep ones, recovers, and
// panics at last.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

type pit struct{ depth int }

//go:noinline
func (p *pit) fall(n int) int {
	list := make([]int, 100)
	if n == 0 {
		runtime.GC()
		panic(fmt.Sprint("at the bottom of ", p.depth))
	}
	list[n%100] = n
	return p.fall(n-1) + list[n%100]
}

func caught(depth int) (what any) {
	defer func() { what = recover() }()
	p := &pit{depth}
	p.fall(depth)
	return nil
}

func main() {
	var wait sync.WaitGroup
	results := make([]any, 8)
	for i := range results {
		wait.Go(func() { results[i] = caught(100 * (i + 1)) })
	}
	wait.Wait()
	fmt.Println(results, "all is well")
	(&pit{3}).fall(3)
}
