package focus_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/csvfile"
	"github.com/omnicloud/omnicloud/internal/focus"
	"github.com/omnicloud/omnicloud/internal/focus/focustest"
)

// BenchmarkReader reads a bill of about 32 MB on one core; MB/s is what counts. The file named by
// FOCUS_BENCH_FILE is read instead where it is set, repeated to the same size.
func BenchmarkReader(b *testing.B) {
	bill := benchmarkBill(b)
	b.SetBytes(int64(len(bill)))
	b.ReportAllocs()
	for b.Loop() {
		file, err := csvfile.NewReader("bill.csv", bytes.NewReader(bill))
		require.NoError(b, err)
		reader, err := focus.NewReader(file, focus.Options{})
		require.NoError(b, err)
		for {
			if _, err = reader.Next(); err != nil {
				break
			}
		}
		require.ErrorIs(b, err, io.EOF)
	}
}

// BenchmarkEncodingCSV is the yardstick: the standard library splitting the same bytes into fields,
// without making anything of them.
func BenchmarkEncodingCSV(b *testing.B) {
	bill := benchmarkBill(b)
	b.SetBytes(int64(len(bill)))
	for b.Loop() {
		reader := csv.NewReader(bytes.NewReader(bill))
		reader.ReuseRecord = true
		for {
			if _, err := reader.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func benchmarkBill(b *testing.B) []byte {
	b.Helper()
	const size = 32 << 20
	if path := os.Getenv("FOCUS_BENCH_FILE"); path != "" {
		content, err := os.ReadFile(path)
		require.NoError(b, err)
		var bill bytes.Buffer
		header, rows, _ := bytes.Cut(content, []byte{'\n'})
		bill.Write(append(header, '\n'))
		for bill.Len() < size {
			bill.Write(rows)
		}
		return bill.Bytes()
	}
	return focustest.Short(size)
}
