package api_test

import (
	"bytes"
	"compress/gzip"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/intake"
)

const importsPath = "/v1/imports"

// bill is a FOCUS file of two rows, with a credit.
const bill = `BillingAccountId,BillingPeriodStart,BillingPeriodEnd,BillingCurrency,BilledCost,EffectiveCost,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,ServiceCategory,ResourceId,Tags
1,2025-09-01T00:00:00Z,2025-10-01T00:00:00Z,USD,0.00000080000,0.5,Usage,2025-09-01T00:00:00Z,2025-09-02T00:00:00Z,acct-acme,VM,Compute,r1,{}
1,2025-09-01T00:00:00Z,2025-10-01T00:00:00Z,USD,-3,-3,Credit,2025-09-01T00:00:00Z,2025-09-02T00:00:00Z,acct-acme,VM,Compute,r1,{}
`

// form writes a multipart form; files come as name and content.
func form(t *testing.T, fields map[string]string, files ...string) (body, contentType string) {
	t.Helper()
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	for name, value := range fields {
		require.NoError(t, writer.WriteField(name, value))
	}
	for i := 0; i < len(files); i += 2 {
		part, err := writer.CreateFormFile("file", files[i])
		require.NoError(t, err)
		_, err = part.Write([]byte(files[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	return buffer.String(), writer.FormDataContentType()
}

func TestImports(t *testing.T) {
	s := newStage(t)
	csv := []string{"Content-Type", "text/csv"}

	t.Run("a body is taken in whole and reported to the last digit", func(t *testing.T) {
		got := s.post(t, importsPath+"?kind=focus&name=bill.csv", "operator", bill, http.StatusCreated, csv...)
		report := decode[intake.Report](t, got)
		require.Equal(t, "bill.csv", report.Name)
		require.Equal(t, "operator", report.CreatedBy)
		require.EqualValues(t, 2, report.Rows)
		require.Equal(t, "-2.9999992", report.Totals[0].Billed.String())
		stored := s.get(t, got.header.Get("Location"), "auditor", http.StatusOK)
		require.Equal(t, report.ID, decode[intake.Report](t, stored).ID)
	})
	t.Run("the same content again changes nothing", func(t *testing.T) {
		again := decode[intake.Report](t, s.post(t, importsPath+"?kind=focus", "operator", bill, http.StatusCreated, csv...))
		require.Equal(t, intake.OutcomeUnchanged, again.Slices[0].Outcome)
	})
	t.Run("compressed bodies are read as they are", func(t *testing.T) {
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		_, err := writer.Write([]byte(bill))
		require.NoError(t, err)
		require.NoError(t, writer.Close())
		again := decode[intake.Report](t, s.post(t, importsPath+"?kind=focus&name=bill.csv.gz", "operator", packed.String(), http.StatusCreated,
			"Content-Type", "application/gzip"))
		require.Equal(t, intake.OutcomeUnchanged, again.Slices[0].Outcome)
	})
	t.Run("a form holds several files, and no path in their names counts", func(t *testing.T) {
		body, contentType := form(t, map[string]string{"kind": "usage", "period": "2025-09"},
			"../../etc/one.csv", "tenant_id,category,quantity\nacme,compute,1\n", "two.csv", "tenant_id,category,quantity\nacme,storage,2\n")
		report := decode[intake.Report](t, s.post(t, importsPath, "operator", body, http.StatusCreated, "Content-Type", contentType))
		require.Equal(t, "one.csv and 1 more", report.Name)
		require.EqualValues(t, 2, report.Rows)
	})
	t.Run("an OpenCost answer gives a cluster's usage to tenants, and tells what is nobody's", func(t *testing.T) {
		s.post(t, importsPath+"?kind=tenants", "operator", "tenant_id,plan\nacme,standard\n", http.StatusCreated, csv...)
		const export = `{"code":200,"data":[{
			"prod":{"properties":{"namespace":"prod"},"start":"2025-08-01T00:00:00Z","end":"2025-08-02T00:00:00Z","cpuCoreHours":1.50},
			"__idle__":{"start":"2025-08-01T00:00:00Z","end":"2025-08-02T00:00:00Z","cpuCoreHours":0.25}}]}`
		report := decode[intake.Report](t, s.post(t, importsPath+"?kind=usage&tenant_names=%7B%22prod%22%3A%22acme%22%7D", "operator", export,
			http.StatusCreated, "Content-Type", "application/json"))
		require.EqualValues(t, 1, report.Rows)
		require.Equal(t, "2025-08", report.Slices[0].Period.String())
		require.Len(t, report.Aside, 1)
		require.Equal(t, "idle capacity of the cluster", report.Aside[0].Reason)
		s.post(t, importsPath+"?kind=usage&tenant_names=acme", "operator", export, http.StatusBadRequest, "Content-Type", "application/json")
		s.post(t, importsPath+"?kind=focus&tenant_label=team", "operator", bill, http.StatusBadRequest, csv...)
	})
	t.Run("a form under the same key again gives the same answer, whatever its boundary", func(t *testing.T) {
		fields := map[string]string{"kind": "tenants"}
		body, contentType := form(t, fields, "t.csv", "tenant_id,plan\nacme,free\n")
		first := s.post(t, importsPath, "operator", body, http.StatusCreated, "Content-Type", contentType, "Idempotency-Key", "import-1")
		body, contentType = form(t, fields, "t.csv", "tenant_id,plan\nacme,free\n")
		again := s.post(t, importsPath, "operator", body, http.StatusCreated, "Content-Type", contentType, "Idempotency-Key", "import-1")
		require.Equal(t, first.body, again.body)
		body, contentType = form(t, fields, "t.csv", "tenant_id,plan\nacme,premium\n")
		s.post(t, importsPath, "operator", body, http.StatusUnprocessableEntity, "Content-Type", contentType, "Idempotency-Key", "import-1")
	})
	t.Run("a bad file is refused whole, with its place", func(t *testing.T) {
		bad := bill + "1,2025-09-01T00:00:00Z,2025-10-01T00:00:00Z,USD,NaN,1,Usage,2025-09-01T00:00:00Z,2025-09-02T00:00:00Z,a,VM,Compute,r1,{}\n"
		refused := s.post(t, importsPath+"?kind=focus&name=bad.csv&append=true", "operator", bad, http.StatusBadRequest, csv...).problem(t)
		require.Contains(t, refused.Detail, "bad.csv")
		require.Contains(t, refused.Errors[0].Location, "bad.csv:4")
	})
	t.Run("a form that was cut off is refused", func(t *testing.T) {
		body, contentType := form(t, map[string]string{"kind": "tenants"}, "t.csv", "tenant_id,plan\nacme,free\n")
		s.post(t, importsPath, "operator", body[:len(body)-20], http.StatusBadRequest, "Content-Type", contentType)
	})
	t.Run("fields that make no sense are refused by name", func(t *testing.T) {
		s.post(t, importsPath+"?kind=usage&period=2025-13", "operator", bill, http.StatusBadRequest, csv...)
		s.post(t, importsPath+"?kind=focus&append=maybe", "operator", bill, http.StatusBadRequest, csv...)
		s.post(t, importsPath+"?kind=gold", "operator", bill, http.StatusBadRequest, csv...)
		body, contentType := form(t, map[string]string{"kind": "tenants"})
		s.post(t, importsPath, "operator", body, http.StatusBadRequest, "Content-Type", contentType)
		body, contentType = form(t, map[string]string{"kind": "tenants", "apend": "true"}, "t.csv", "tenant_id,plan\nacme,free\n")
		refused := s.post(t, importsPath, "operator", body, http.StatusBadRequest, "Content-Type", contentType).problem(t)
		require.Equal(t, "/apend", *refused.Errors[0].Pointer)
		s.post(t, importsPath+"?kind=usage&tenant_names=%7B%22a%22%3A%22acme%22%2C%22a%22%3A%22b%22%7D", "operator", bill, http.StatusBadRequest, csv...)
	})
}

func TestUploadsAreBounded(t *testing.T) {
	s := newStage(t, func(_ *api.Dependencies, options *api.Options) { options.ImportLimit = 100 })
	s.post(t, importsPath+"?kind=focus", "operator", bill, http.StatusRequestEntityTooLarge, "Content-Type", "text/csv")
}

func TestUploadsLeaveNoFiles(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s := newStage(t)
	s.post(t, importsPath+"?kind=focus", "operator", bill, http.StatusCreated, "Content-Type", "text/csv")
	s.post(t, importsPath+"?kind=focus", "operator", "nonsense", http.StatusBadRequest, "Content-Type", "text/csv")
	left, err := filepath.Glob(filepath.Join(folder, "omnicloud-import-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	_, err = os.Stat(folder)
	require.NoError(t, err)
}
