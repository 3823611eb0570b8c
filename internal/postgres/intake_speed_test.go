package postgres_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/focus"
	"github.com/omnicloud/omnicloud/internal/focus/focustest"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// BenchmarkImportToCopy takes bills in up to the bytes that PostgreSQL is sent: split, projected onto
// the columns that are kept, checked, hashed, looked up in a mapping for the coverage, and encoded for
// COPY. Beside it, encoding/csv splits the same bytes into fields and makes nothing of them. Run it
// with -cpu 1. MB/cpu-s is what counts: megabytes of the bill by second of processor time, which other
// work on the machine does not change.
func BenchmarkImportToCopy(b *testing.B) {
	const size = 32 << 20
	for name, bill := range map[string][]byte{"full rows": focustest.Full(size), "short rows": focustest.Short(size)} {
		rows := bytes.Count(bill, []byte{'\n'}) - 1
		b.Run(name, func(b *testing.B) {
			importer := intake.Importer{
				Store: copyOnly{}, Formats: map[intake.FileKind]intake.Format{"focus": focus.Format}, Now: time.Now,
				Matcher: func(context.Context) (intake.Matcher, error) { return coverage(b), nil },
			}
			b.SetBytes(int64(len(bill)))
			b.ReportAllocs()
			began := processorTime(b)
			for b.Loop() {
				report, err := importer.Import(context.Background(), intake.Request{Kind: "focus", Name: "bill.csv", Files: oneFile(bill)})
				require.NoError(b, err)
				require.Equal(b, int64(rows), report.Rows)
				require.Equal(b, int64(rows), report.Coverage.MatchedRows)
			}
			reportSpeed(b, len(bill), began)
			b.ReportMetric(float64(len(bill))/float64(rows), "B/row")
		})
		b.Run(name+" by encoding csv", func(b *testing.B) {
			b.SetBytes(int64(len(bill)))
			began := processorTime(b)
			for b.Loop() {
				reader := csv.NewReader(bytes.NewReader(bill))
				reader.ReuseRecord = true
				var err error
				for err == nil {
					_, err = reader.Read()
				}
				require.ErrorIs(b, err, io.EOF)
			}
			reportSpeed(b, len(bill), began)
		})
	}
}

// reportSpeed reports megabytes by second of processor time since began.
func reportSpeed(b *testing.B, size int, began time.Duration) {
	b.Helper()
	b.ReportMetric(float64(size)*float64(b.N)/1e6/(processorTime(b)-began).Seconds(), "MB/cpu-s")
}

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// copyOnly is a store that encodes rows for COPY and lets the bytes go.
type copyOnly struct{ intake.Store }

func (copyOnly) Load(_ context.Context, delivery intake.Delivery, rows intake.Rows, conclude func([]intake.Placed) intake.Report) (intake.Report, error) {
	slices, err := postgres.WriteCopied(io.Discard, delivery.Kind, rows)
	placed := make([]intake.Placed, len(slices))
	for i, slice := range slices {
		placed[i] = intake.Placed{Slice: slice, Outcome: intake.OutcomeAdded}
	}
	return conclude(placed), err
}

func oneFile(content []byte) intake.Files {
	return func(yield func(intake.File, error) bool) {
		yield(intake.File{Name: "bill.csv", Content: bytes.NewReader(content)}, nil)
	}
}

// coverage is that of a mapping which looks at accounts, services and tags.
func coverage(b *testing.B) intake.Matcher {
	b.Helper()
	mapping, err := allocation.NewMappingVersion("mapping", 1, allocation.Mapping{Entries: []allocation.MappingEntry{
		{Service: allocation.Patterns{"Support*"}, Pool: "support"},
		{Tag: map[string]allocation.Patterns{"environment": {"shared"}}, Pool: "platform"},
		{Tenant: "{sub_account_id}"},
	}}, "someone", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(b, err)
	match, err := allocation.Coverage([]allocation.RuleVersion{mapping})
	require.NoError(b, err)
	return match
}
