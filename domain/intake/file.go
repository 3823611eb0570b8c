package intake

import (
	"io"
	"iter"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// File is one file of a delivery. Content is read once, from start to end.
type File struct {
	// Name stands for the file in errors.
	Name    string
	Content io.Reader
}

// Files yields the files of a delivery one at a time, each valid until the next is asked for, until
// the first error. It can be ranged over once.
type Files = iter.Seq2[File, error]

// FileKind names what files hold, as the command and the API do.
type FileKind string

// Format reads files of one kind. Values that break a rule are InvalidInput errors that name file,
// line, column and value.
type Format struct {
	// Kind is the kind of the slices that the rows belong to.
	Kind Kind
	// TakesPeriod is set where rows may leave out their month. The others name it themselves, or
	// have none, and a period given for the import is an error.
	TakesPeriod bool
	// Layouts are the names of the layouts that files of the kind come in, where there are several.
	Layouts []string
	Read    func(files Files, options FormatOptions) Rows
}

// FormatOptions fill in what files leave out.
type FormatOptions struct {
	// Period is the month of rows that name none; zero makes them errors. Rows of another month
	// than a given one are errors too.
	Period period.Period
	// Currency and BillingAccount are those of bills that name none.
	Currency       string
	BillingAccount string
	// Layout is one of the format's layouts; empty to tell it by content.
	Layout string
	// Tenant is whose resources a file declares that names no tenants.
	Tenant string
	// Cluster says how the namespaces of a cluster become tenants.
	Cluster ClusterOptions
	// Tenants holds the ids that are known, from files and from the platform; empty where nobody is
	// known yet. The importer sets it.
	Tenants map[string]bool
	// Aside is called with what a format leaves out of the rows, and why. The importer sets it.
	Aside func(Aside)
}

// CheckTenant returns an InvalidInput error for a tenant that nobody knows. Before any tenants are known
// every id passes: their order of arrival is the user's, and the close asks again.
func (o FormatOptions) CheckTenant(id string) error {
	if len(o.Tenants) == 0 || o.Tenants[id] {
		return nil
	}
	return fault.New(fault.InvalidInput, "is no known tenant; import the tenant first, or correct the id")
}
