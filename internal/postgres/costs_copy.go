package postgres

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/money"
)

// costSink copies a projection into its tables, first lines and then months. PostgreSQL takes in what
// it is given while the next is being computed.
type costSink struct {
	ctx        context.Context //nolint:containedctx // the sink lives within one call
	tx         pgx.Tx
	projection int64
	buffer     copyBuffer
	lines      *copyStream
	months     *copyStream
}

const (
	copyCostLines = `COPY cost_lines (projection_id, account, category, currency, service, shared, amount,
		resource_id, project_id, tags, spellings, first_day, days) FROM STDIN (FORMAT binary)`
	copyCostDays = "COPY cost_days (projection_id, account, category, currency, amounts, pools, cells) FROM STDIN (FORMAT binary)"
)

func newCostSink(ctx context.Context, tx pgx.Tx, projection int64) *costSink {
	s := &costSink{ctx: ctx, tx: tx, projection: projection}
	s.lines = startCopy(ctx, tx, copyCostLines)
	return s
}

// Lines implements allocation.CostSink.
func (s *costSink) Lines(lines []allocation.CostLine) error {
	b := &s.buffer
	for i := range lines {
		line := &lines[i]
		b.beginRow()
		b.number(s.projection)
		b.text(line.Account)
		b.text(string(line.Category))
		b.text(line.Currency)
		b.text(line.Service)
		b.boolean(false) // what is shared lies beside the days
		b.decimal(line.Amount)
		b.text(line.Resource)
		b.text(line.Project)
		b.tags(line.Tags.Values)
		b.tags(line.Tags.Spellings)
		b.days(line.Days)
		b.endRow()
	}
	return s.lines.write(b)
}

// days writes the day of the first amount, counted from 1, and the amounts from it to the last: most
// resources that live for a day have one line for it.
func (b *copyBuffer) days(days *money.Sums) {
	first, end := 0, 0
	if days != nil {
		for end = days.Len(); end > 0 && days.ZeroAt(end-1); end-- {
		}
		for first = 0; first < end && days.ZeroAt(first); first++ {
		}
	}
	if first == end {
		b.null()
		b.null()
		return
	}
	b.number(int64(first + 1))
	b.sums(days, first, end)
}

// Months implements allocation.CostSink.
func (s *costSink) Months(months []allocation.CostMonth) error {
	// A connection copies into one table at a time.
	if s.months == nil {
		if err := s.lines.end(); err != nil {
			return err
		}
		s.months = startCopy(s.ctx, s.tx, copyCostDays)
	}
	b := &s.buffer
	for i := range months {
		month := &months[i]
		b.beginRow()
		b.number(s.projection)
		b.text(month.Account)
		b.text(string(month.Category))
		b.text(month.Currency)
		b.sums(month.Days, 0, month.Days.Len())
		b.shared(month.Shared)
		b.endRow()
	}
	return s.months.write(b)
}

// end waits until everything is stored.
func (s *costSink) end() error {
	if s.months != nil {
		return s.months.end()
	}
	return s.lines.end()
}

// abandon breaks the copying off, for a transaction that will be rolled back.
func (s *costSink) abandon(reason error) {
	s.lines.abandon(reason)
	if s.months != nil {
		s.months.abandon(reason)
	}
}

// copyStream is a COPY that goes on beside whoever writes to it.
type copyStream struct {
	pipe *io.PipeWriter
	done chan struct{}
	err  error // once done
}

func startCopy(ctx context.Context, tx pgx.Tx, statement string) *copyStream {
	from, pipe := io.Pipe()
	s := &copyStream{pipe: pipe, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		_, s.err = tx.Conn().PgConn().CopyFrom(ctx, inCopyFrame(from), statement)
		// Whoever writes on after a failure hears of it.
		_ = from.CloseWithError(s.err)
	}()
	return s
}

// write hands over what a buffer holds and empties it.
func (s *copyStream) write(b *copyBuffer) error {
	_, err := s.pipe.Write(b.bytes)
	b.bytes = b.bytes[:0]
	return err
}

// end waits for the server's word; a second call returns the same.
func (s *copyStream) end() error {
	_ = s.pipe.Close()
	<-s.done
	return s.err
}

func (s *copyStream) abandon(reason error) {
	_ = s.pipe.CloseWithError(reason)
	<-s.done
}
