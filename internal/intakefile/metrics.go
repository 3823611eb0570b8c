package intakefile

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Metrics reads tenant_id,metric,timestamp,value: measurements, of which an hour may hold any number. Of
// each hour it returns the mean, the 95th percentile (nearest rank) and the greatest. Series stand in
// the order in which they first appear, hours in order of time. Rows that break a rule, a time after now, since
// nothing newer would be taken from anywhere before it has come, and a series that has an instant twice are
// InvalidInput errors that name file, line, column and value.
func Metrics(files intake.Files, now time.Time) (usage []foresight.Usage, rows int64, err error) {
	var columns []int
	series := map[foresight.Key]map[time.Time][]float64{}
	seen := map[foresight.Key]map[time.Time]int{}
	var order []foresight.Key
	for row, err := range csvfile.Records(files, func(file *csvfile.Reader) (err error) {
		columns, err = file.Require("tenant_id", "metric", "timestamp", "value")
		return err
	}) {
		if err != nil {
			return nil, 0, err
		}
		key, at, value, err := measurement(row, columns)
		if err != nil {
			return nil, 0, err
		}
		if at.After(now) {
			return nil, 0, row.Errorf(columns[2], "this time is yet to come; import what was measured, and check the clock and the time zone of its source")
		}
		if series[key] == nil {
			series[key], seen[key] = map[time.Time][]float64{}, map[time.Time]int{}
			order = append(order, key)
		}
		if line, twice := seen[key][at]; twice {
			return nil, 0, row.Errorf(columns[2], "this series already has this time in line %d", line)
		}
		seen[key][at] = row.Line
		hour := at.Truncate(time.Hour)
		series[key][hour] = append(series[key][hour], value)
		rows++
	}
	for _, key := range order {
		usage = append(usage, foresight.Usage{Key: key, Hours: hoursOf(series[key])})
	}
	return usage, rows, nil
}

func measurement(row *csvfile.Row, columns []int) (key foresight.Key, at time.Time, value float64, err error) {
	key = foresight.Key{TenantID: row.Text(columns[0]), Metric: forecast.ResourceMetric(row.Text(columns[1]))}
	if err := tenancy.CheckID(key.TenantID); err != nil {
		return key, at, value, row.Wrap(columns[0], err, "this is no id of a tenant")
	}
	if err := foresight.CheckMetric("metric", key.Metric); err != nil {
		return key, at, value, row.Wrap(columns[1], err, "this is no metric")
	}
	if at, err = instant(row, columns[2]); err != nil {
		return key, at, value, err
	}
	value, err = strconv.ParseFloat(row.Text(columns[3]), 64)
	if err != nil || !(value >= 0) || math.IsInf(value, 0) {
		return key, at, value, row.Errorf(columns[3], "this is no finite number from 0 up; leave the row out for a gap")
	}
	return key, at.UTC(), value, nil
}

func hoursOf(measured map[time.Time][]float64) []foresight.Hour {
	hours := make([]foresight.Hour, 0, len(measured))
	for at, values := range measured {
		slices.Sort(values)
		sum := 0.0
		for _, value := range values {
			sum += value
		}
		rank := int(math.Ceil(0.95*float64(len(values)))) - 1
		hours = append(hours, foresight.Hour{At: at, Mean: sum / float64(len(values)), P95: values[rank], Peak: values[len(values)-1]})
	}
	slices.SortFunc(hours, func(a, b foresight.Hour) int { return a.At.Compare(b.At) })
	return hours
}
