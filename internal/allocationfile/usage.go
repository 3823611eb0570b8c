package allocationfile

import (
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// ReadUsage reads tenant_id,category,quantity and, where a rule changes within the span, start and
// end, on a number of cores. The sums are the same whatever that number. A tenant that the roster
// does not list is an error like every other: InvalidInput, naming file, line, column and value. Lines
// of a tenant that is active at no time of the span are checked alike, but left out of the sums, which
// tell of it by LeftOut. progress, where not nil, hears how many lines were read.
func ReadUsage(path string, empty func() *allocation.Usage, roster *allocation.Roster, workers int, progress func(lines int)) (*allocation.Usage, error) {
	file, err := csvfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written that closing could lose
	return readUsage(file, empty, roster, workers, progress)
}

func readUsage(file *csvfile.Reader, empty func() *allocation.Usage, roster *allocation.Roster, workers int, progress func(lines int)) (*allocation.Usage, error) {
	places, err := file.Require("tenant_id", "category", "quantity")
	if err != nil {
		return nil, err
	}
	workers = max(workers, 1)
	readers := make([]usageReader, workers)
	for i := range readers {
		readers[i] = usageReader{
			roster: roster, usage: empty(), tenant: places[0], category: places[1], quantity: places[2],
			start: file.Column("start"), end: file.Column("end"), file: file.Name(),
		}
	}
	parse := func(worker int, chunk *csvfile.Chunk) (int, error) { return readers[worker].read(chunk) }
	consume := func(lines int) error {
		if progress != nil {
			progress(lines)
		}
		return nil
	}
	if err := csvfile.Process(file, workers, parse, consume); err != nil {
		return nil, err
	}
	total := readers[0].usage
	for _, reader := range readers[1:] {
		total.Merge(reader.usage)
	}
	return total, nil
}

// usageReader is one worker's sum and the places of the columns.
type usageReader struct {
	roster                     *allocation.Roster
	usage                      *allocation.Usage
	tenant, category, quantity int
	start, end                 int
	file                       string
	row                        csvfile.Row
}

// read adds the lines of a chunk and returns their number.
func (u *usageReader) read(chunk *csvfile.Chunk) (lines int, err error) {
	dated := u.usage.NeedsDates()
	for {
		more, err := chunk.Next(&u.row)
		if err != nil || !more {
			return lines, err
		}
		lines++
		tenant, listed := u.roster.PlaceOf(u.row.Field(u.tenant))
		if !listed {
			return lines, u.row.Errorf(u.tenant, "the tenant is not listed in the file of tenants")
		}
		category, known := allocation.CategoryPlace(u.row.Field(u.category))
		if !known {
			_, err := allocation.ParseCategory(u.row.Text(u.category))
			return lines, u.row.Wrap(u.category, err, "")
		}
		quantity, plain := money.ParseFixed(u.row.Field(u.quantity))
		if plain && !dated && u.usage.Active(tenant) {
			u.usage.AddPlaced(tenant, category, quantity)
			continue
		}
		if err := u.addSlowly(); err != nil {
			return lines, err
		}
	}
}

// addSlowly adds a line that has a time that counts, a quantity of many digits, or a tenant that is not
// active and so is left out.
func (u *usageReader) addSlowly() error {
	quantity, err := number(&u.row, u.quantity)
	if err != nil {
		return err
	}
	line := charge.Usage{TenantID: u.row.Text(u.tenant), Category: u.row.Text(u.category), Quantity: quantity}
	if u.usage.NeedsDates() {
		if u.start < 0 {
			return fault.Invalid(u.file+":1:start", "%s has no column \"start\"; a rule changes within the period, so that each line needs its time", u.file)
		}
		if line.Start, err = instant(&u.row, u.start); err != nil {
			return err
		}
		if line.End, err = instant(&u.row, u.end); err != nil {
			return err
		}
	}
	if err := u.usage.Add(line); err != nil {
		return u.row.Wrap(max(u.start, u.tenant), err, "")
	}
	return nil
}
