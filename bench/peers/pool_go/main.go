// SPDX-License-Identifier: MIT

// Goroutines that take jobs from a channel: pool_go jobs|shared|warm|idle WORKERS N.
// With jobs each job has a channel for its answer, which is what a future is; with shared all
// answers come through one.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"syscall"
	"time"
)

type job struct {
	value  int
	answer chan int
}

func expect(right bool) {
	if !right {
		fmt.Fprintln(os.Stderr, "a wrong result")
		os.Exit(1)
	}
}

func start(workers int) chan job {
	jobs := make(chan job, 1024)
	for i := 0; i < workers; i++ {
		go func() {
			for one := range jobs {
				one.answer <- one.value
			}
		}()
	}
	return jobs
}

func batch(jobs chan job, count int) int {
	answers := make([]chan int, count)
	for i := range answers {
		answers[i] = make(chan int, 1)
		jobs <- job{i, answers[i]}
	}
	sum := 0
	for _, answer := range answers {
		sum += <-answer
	}
	return sum
}

func batchShared(jobs chan job, count int) int {
	answers := make(chan int, 1024)
	go func() {
		for i := 0; i < count; i++ {
			jobs <- job{i, answers}
		}
	}()
	sum := 0
	for i := 0; i < count; i++ {
		sum += <-answers
	}
	return sum
}

func cpu() time.Duration {
	var used syscall.Rusage
	expect(syscall.Getrusage(syscall.RUSAGE_SELF, &used) == nil)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

type taken struct{ wall, cpu time.Duration }

func measure(work func()) taken {
	wall, used := time.Now(), cpu()
	work()
	used = cpu() - used
	return taken{time.Since(wall), used}
}

func measureBatches(jobs chan job, count int, batch func(chan job, int) int) {
	once := func() taken {
		return measure(func() { expect(batch(jobs, count) == count*(count-1)/2) })
	}
	first := once()
	all := make([]taken, 5)
	for i := range all {
		all[i] = once()
	}
	sort.Slice(all, func(a, b int) bool { return all[a].wall < all[b].wall })
	each := func(what time.Duration) float64 { return float64(what) / float64(count) }
	middle := all[len(all)/2]
	fmt.Printf("first_ns=%.2f ns=%.2f cpu_ns=%.2f\n", each(first.wall), each(middle.wall),
		each(middle.cpu))
}

func warm(jobs chan job, length time.Duration) {
	const group = 16
	answer := make(chan int, 1)
	var all []float64
	for begin, end := time.Now(), time.Now().Add(length); begin.Before(end); {
		for i := 0; i < group; i++ {
			jobs <- job{i, answer}
			expect(<-answer == i)
		}
		now := time.Now()
		all = append(all, float64(now.Sub(begin))/group)
		begin = now
	}
	sort.Float64s(all)
	fmt.Printf("p50_ns=%.1f p99_ns=%.1f\n", all[len(all)/2], all[len(all)*99/100])
}

func idle(jobs chan job, length time.Duration) {
	expect(batch(jobs, 1000) == 499500)
	used := measure(func() { time.Sleep(length) })
	fmt.Printf("cpu_percent=%.4f cpu_ms=%.4f\n", 100*float64(used.cpu)/float64(used.wall),
		float64(used.cpu)/1e6)
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: pool_go jobs|shared|warm|idle WORKERS N")
		os.Exit(2)
	}
	workers, _ := strconv.Atoi(os.Args[2])
	n, _ := strconv.Atoi(os.Args[3])
	jobs := start(workers)
	switch os.Args[1] {
	case "jobs":
		measureBatches(jobs, n, batch)
	case "shared":
		measureBatches(jobs, n, batchShared)
	case "warm":
		warm(jobs, time.Duration(n)*time.Millisecond)
	case "idle":
		idle(jobs, time.Duration(n)*time.Millisecond)
	default:
		os.Exit(2)
	}
}
