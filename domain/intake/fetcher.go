package intake

import "context"

// aheadPages is how many pages are fetched while earlier ones are being stored.
const aheadPages = 4

// fetcher fetches pages one after the other on a goroutine of its own, so that the service and the
// database work at the same time.
type fetcher struct {
	pages   chan fetched
	cancel  context.CancelFunc
	stopped chan struct{}
	ended   chan struct{}
}

type fetched struct {
	page servicePage
	err  error
}

// fetchAhead begins to fetch the pages from a cursor on. The caller ends it with stop.
func fetchAhead(ctx context.Context, source serviceSource, cursor string) *fetcher {
	ctx, cancel := context.WithCancel(ctx)
	f := &fetcher{
		pages: make(chan fetched, aheadPages), cancel: cancel,
		stopped: make(chan struct{}), ended: make(chan struct{}),
	}
	go func() {
		defer close(f.ended)
		for {
			// A cancelled context comes back as an error of the service, so that next always has
			// something to return.
			page, err := source.page(ctx, cursor)
			select {
			case f.pages <- fetched{page, err}:
			case <-f.stopped:
				return
			}
			if err != nil || page.next == "" {
				return
			}
			cursor = page.next
		}
	}()
	return f
}

// next returns the next page; it is not called again after the last one or an error.
func (f *fetcher) next() (servicePage, error) {
	next := <-f.pages
	return next.page, next.err
}

// stop ends fetching and waits until it has ended.
func (f *fetcher) stop() {
	f.cancel()
	close(f.stopped)
	<-f.ended
}
