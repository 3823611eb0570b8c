package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/intakefile"
)

// kindMetrics is what usage by the hour is imported as; it is no part of a bill, and no close freezes it.
const kindMetrics = "metrics"

// importMetrics takes a file of measurements whole or refuses it whole; its report has a slice per series.
func (i *importers) importMetrics(ctx context.Context, request intake.Request) (intake.Report, error) {
	if err := checkResourceRequest(request); err != nil {
		return intake.Report{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return intake.Report{}, fault.Wrap(err, fault.Internal, "no id could be made for the import")
	}
	report := intake.Report{
		ID: id.String(), Kind: request.Kind, Name: request.Name, CreatedBy: request.RequestedBy,
		CreatedAt: instant.Now(), CorrelationID: request.CorrelationID,
	}
	usage, rows, err := intakefile.Metrics(request.Files, report.CreatedAt)
	if fault.Is(err, fault.InvalidInput) {
		report.Problem = err.Error()
		return report, errors.Join(err, i.reports.SaveReport(ctx, report))
	}
	if err != nil {
		return intake.Report{}, err
	}
	hashes := make([]string, len(usage))
	for n, series := range usage {
		hashes[n] = hashOfHours(series)
	}
	taken, err := i.usage.Import(ctx, usage, hashes)
	if err != nil {
		return intake.Report{}, err
	}
	report.Rows = rows
	for n, series := range usage {
		placed := intake.Placed{Outcome: intake.OutcomeUnchanged}
		if taken[n] {
			placed.Outcome = intake.OutcomeAdded
		}
		placed.Kind, placed.Scope = kindMetrics, series.TenantID+" "+string(series.Metric)
		placed.Rows, placed.ContentHash = int64(len(series.Hours)), hashes[n]
		report.Slices = append(report.Slices, placed)
	}
	return report, i.reports.SaveReport(ctx, report)
}

// hashOfHours stands for the hours of a series, in whatever order a file had them.
func hashOfHours(series foresight.Usage) string {
	hash := sha256.New()
	var word [32]byte
	for _, hour := range series.Hours {
		binary.BigEndian.PutUint64(word[:8], uint64(hour.At.Unix())) // the bits are hashed
		for n, value := range []float64{hour.Mean, hour.P95, hour.Peak} {
			binary.BigEndian.PutUint64(word[8+8*n:], math.Float64bits(value))
		}
		hash.Write(word[:])
	}
	return hex.EncodeToString(hash.Sum(nil))
}
