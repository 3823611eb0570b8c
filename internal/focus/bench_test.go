package focus_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/csvfile"
	"github.com/omnicloud/omnicloud/internal/focus"
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
	var bill bytes.Buffer
	if path := os.Getenv("FOCUS_BENCH_FILE"); path != "" {
		content, err := os.ReadFile(path)
		require.NoError(b, err)
		header, rows, _ := bytes.Cut(content, []byte{'\n'})
		bill.Write(append(header, '\n'))
		for bill.Len() < size {
			bill.Write(rows)
		}
		return bill.Bytes()
	}
	bill.WriteString("BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,ConsumedUnit,EffectiveCost,InvoiceId,ListCost,ProviderName,RegionId,ResourceId,ResourceName,ServiceCategory,ServiceName,SkuId,SubAccountId,SubAccountName,Tags\n")
	random := rand.New(rand.NewPCG(1, 2))
	for bill.Len() < size {
		tenant, hour := random.IntN(500), random.IntN(24*28)
		fmt.Fprintf(&bill, `%d.%010d,"111122223333",USD,2026-10-01T00:00:00Z,2026-09-01T00:00:00Z,Usage,NULL,"$0.023 per GB-month, first 50 TB",2026-09-%02dT%02d:59:00Z,2026-09-%02dT%02d:00:00Z,%d.%04d,GB,%d.%010d,INV-202609,NULL,OmniCloud,eu-central-1,"urn:resource:%08x",NULL,Storage,Object Storage,SKU-%d,acct-%d,NULL,"{""team"": ""t%d"", ""environment"": ""prod""}"`+"\n",
			random.IntN(3), random.IntN(1e9), hour/24+1, hour%24, hour/24+1, hour%24, random.IntN(100), random.IntN(10000),
			random.IntN(3), random.IntN(1e9), random.Uint32()%20000, random.IntN(200), tenant, tenant%40)
	}
	return bill.Bytes()
}
