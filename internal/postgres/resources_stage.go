package postgres

import (
	"errors"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// resourceSource hands the rows of an import to COPY.
type resourceSource struct {
	next    func() (infra.Row, error, bool)
	stop    func()
	row     infra.Row
	staged  staged
	failure error
}

var _ pgx.CopyFromSource = (*resourceSource)(nil)

func newResourceSource(rows infra.Rows) *resourceSource {
	next, stop := iter.Pull2(rows)
	return &resourceSource{next: next, stop: stop, staged: staged{places: map[string]string{}}}
}

// Next implements pgx.CopyFromSource.
func (s *resourceSource) Next() bool {
	row, err, more := s.next()
	if err != nil {
		s.failure = placed(row, err)
	}
	if err != nil || !more {
		return false
	}
	id := row.Resource.ID
	if first, twice := s.staged.places[id]; twice {
		s.failure = fault.Invalid(row.Place, "%s: resource %s is given twice, first at %s", row.Place, id, first)
		return false
	}
	s.staged.places[id] = row.Place
	s.staged.dependent = s.staged.dependent || len(row.Resource.DependsOn) > 0
	s.row = row
	return true
}

// placed says where a row that was refused stands, once.
func placed(row infra.Row, err error) error {
	var coded *fault.Error
	if row.Place == "" || !errors.As(err, &coded) || coded.Code != fault.InvalidInput {
		return err
	}
	return fault.Invalid(row.Place, "%s: %s", row.Place, coded.Message)
}

// Values implements pgx.CopyFromSource.
func (s *resourceSource) Values() ([]any, error) {
	r := s.row.Resource
	dependsOn := r.DependsOn
	if dependsOn == nil {
		dependsOn = []string{}
	}
	return []any{
		r.ID, r.Type, r.TenantID, jsonOrNull(r.Desired), jsonOrNull(r.Actual), jsonOrNull(r.Schema),
		string(r.State), r.Unreadable, dependsOn, r.ContentHash(),
	}, nil
}

// Err implements pgx.CopyFromSource.
func (s *resourceSource) Err() error { return s.failure }
