package csvfile

import (
	"errors"
	"io"
	"sync"
)

// parsed is what one chunk came to.
type parsed[T any] struct {
	value T
	err   error
}

// task is a chunk on its way to a worker; done receives what it comes to.
type task[T any] struct {
	chunk *Chunk
	err   error
	done  chan parsed[T]
}

// Process parses the rest of the file on a number of workers, at least one, and hands the results
// to consume in file order on the calling goroutine. parse gets the number of its worker, 0 to
// workers−1, so that it can keep state per worker; nothing of the chunk may be kept beyond consume.
// The error returned is the one that comes first in the file, whatever the number of workers.
func Process[T any](r *Reader, workers int, parse func(worker int, chunk *Chunk) (T, error), consume func(T) error) error {
	workers = max(workers, 1)
	work := make(chan task[T])
	order := make(chan task[T], 2*workers)
	buffers := make(chan []byte, 4*workers)
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		defer close(work)
		defer close(order)
		feed(r, work, order, buffers, stop)
	})
	for worker := range workers {
		running.Go(func() {
			for next := range work {
				value, err := parse(worker, next.chunk)
				next.done <- parsed[T]{value, err}
			}
		})
	}
	err := drain(order, buffers, consume)
	close(stop)
	running.Wait()
	return err
}

// feed reads chunks and hands each to the workers and to the consumer's queue.
func feed[T any](r *Reader, work, order chan<- task[T], buffers <-chan []byte, stop <-chan struct{}) {
	send := func(to chan<- task[T], next task[T]) bool {
		select {
		case to <- next:
			return true
		case <-stop:
			return false
		}
	}
	pending := r.chunk // what the header's chunk holds beyond the header
	r.chunk = nil
	for {
		next := task[T]{chunk: pending, done: make(chan parsed[T], 1)}
		if pending == nil {
			var buffer []byte
			select {
			case buffer = <-buffers:
			default:
			}
			next.chunk, next.err = r.nextChunk(buffer)
		}
		pending = nil
		if errors.Is(next.err, io.EOF) {
			return
		}
		if !send(order, next) || next.err != nil || !send(work, next) {
			return
		}
	}
}

// drain consumes results in order until the first error.
func drain[T any](order <-chan task[T], buffers chan<- []byte, consume func(T) error) error {
	for next := range order {
		if next.err != nil {
			return next.err
		}
		result := <-next.done
		if result.err != nil {
			return result.err
		}
		if err := consume(result.value); err != nil {
			return err
		}
		select {
		case buffers <- next.chunk.buffer:
		default:
		}
	}
	return nil
}
