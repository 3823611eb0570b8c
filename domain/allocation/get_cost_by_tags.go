package allocation

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Untagged stands for the value of a tag that is absent. In a query it asks for cost without the tag.
const Untagged = "@untagged"

// AnyValue in a query asks for cost with the tag, whatever its value; an empty value does so too.
const AnyValue = "*"

// mostTagKeys bounds the keys of a query.
const mostTagKeys = 20

// TagQuery asks for a tenant's cost by tags on the days from From (included) until Until (excluded),
// both midnights in UTC.
type TagQuery struct {
	Book        string
	TenantID    string
	From, Until time.Time
	// Tags select: cost must have all of them. Keys match canonically (see CanonicalTags), values
	// exactly but for surrounding space.
	Tags []CostTag
	// GroupBy lists the keys by which selected cost is grouped; those of Tags where it is empty.
	GroupBy []string
}

// TagCosts is a tenant's cost by tags. The groups sum to Total exactly.
type TagCosts struct {
	Currency string `json:"currency"`
	// Groups is keyed by key:value, joined by commas in the order of GroupBy, keys in canonical
	// spelling. Cost without a key has the value @untagged.
	Groups map[string]decimal.Decimal `json:"groups"`
	// Combinations holds the same group by group, for programs, in the order of their keys.
	Combinations []TagGroup      `json:"combinations"`
	Total        decimal.Decimal `json:"total"`
	// Shared is what of Total are shares of pools, which have no tags.
	Shared decimal.Decimal `json:"shared"`
	// Spellings lists how the keys of GroupBy were spelled in what was selected, in byte order.
	Spellings map[string][]string `json:"spellings"`
	// OtherCurrencies lists, in byte order, those in which the tenant bore what is left out here.
	OtherCurrencies []string `json:"other_currencies"`
	// Provisional says that a month was never closed.
	Provisional bool `json:"provisional"`
	// UnknownMonths lists the months of the time of which nothing is known, the oldest first. Where there
	// are any, what they would add to the groups is not zero but unknown.
	UnknownMonths []period.Period `json:"unknown_months"`
}

// TagGroup is the cost with one combination of values. An absent tag has the value @untagged.
type TagGroup struct {
	Tags   []CostTag       `json:"tags"`
	Amount decimal.Decimal `json:"amount"`
}

// GetCostByTags sums a tenant's cost by tags: what has all of the query's tags, by the values of the
// keys asked for. Shared cost has no tags and counts as untagged. A query without a tag or key, with
// an empty or repeated key, with more than 20, and with ends that are no midnights in order is an
// InvalidInput error.
func (s *CostAllocationService) GetCostByTags(ctx context.Context, query TagQuery) (TagCosts, error) {
	keys, err := query.keys()
	if err == nil {
		err = query.checkDays()
	}
	if err != nil {
		return TagCosts{}, err
	}
	first, last := period.Of(query.From), period.Of(query.Until.Add(-1))
	months, err := s.Costs.CostPeriods(ctx, query.Book, first, last)
	if err != nil {
		return TagCosts{}, err
	}
	totals, err := s.Costs.TagTotals(ctx, TagTotalQuery{Book: query.Book, Account: query.TenantID, From: query.From, Until: query.Until})
	if err != nil {
		return TagCosts{}, err
	}
	costs := TagCosts{
		Currency: s.Currency, Groups: map[string]decimal.Decimal{}, Combinations: []TagGroup{}, Spellings: map[string][]string{}, OtherCurrencies: []string{},
		Provisional:   slices.ContainsFunc(months, func(month CostPeriod) bool { return month.Provisional }),
		UnknownMonths: unknownMonths(first, last, months),
	}
	groups := map[string]*TagGroup{}
	for _, total := range totals {
		if !query.selects(total.Tags) {
			continue
		}
		if total.Currency != s.Currency {
			costs.OtherCurrencies = insert(costs.OtherCurrencies, total.Currency)
			continue
		}
		combination, label := combine(keys, total.Tags)
		if groups[label] == nil {
			groups[label] = &TagGroup{Tags: combination}
		}
		groups[label].Amount = groups[label].Amount.Add(total.Amount)
		costs.add(keys, total)
	}
	for _, label := range sortedKeys(groups) {
		costs.Groups[label] = groups[label].Amount
		costs.Combinations = append(costs.Combinations, *groups[label])
	}
	return costs, nil
}

// checkDays returns an InvalidInput error unless the time consists of whole days.
func (q TagQuery) checkDays() error {
	for _, instant := range []time.Time{q.From, q.Until} {
		if !instant.Truncate(day).Equal(instant) {
			return fault.New(fault.InvalidInput, "costs are kept by day; %s is no midnight in UTC", instant.UTC().Format(time.RFC3339))
		}
	}
	if !q.From.Before(q.Until) {
		return fault.New(fault.InvalidInput, "no day lies from %s until %s", q.From.UTC().Format(time.RFC3339), q.Until.UTC().Format(time.RFC3339))
	}
	return nil
}

// unknownMonths lists the months from first to last that are not known.
func unknownMonths(first, last period.Period, known []CostPeriod) []period.Period {
	unknown := []period.Period{}
	for month := first; !last.Before(month); month = month.Next() {
		if !slices.ContainsFunc(known, func(one CostPeriod) bool { return one.Period == month }) {
			unknown = append(unknown, month)
		}
	}
	return unknown
}

// keys returns the canonical keys to group by.
func (q TagQuery) keys() ([]string, error) {
	asked, pointer := q.GroupBy, "/group_by/"
	if len(asked) == 0 {
		pointer = "/tags/"
		for _, tag := range q.Tags {
			if key := foldTag(tag.Key); !slices.Contains(asked, key) {
				asked = append(asked, key)
			}
		}
	}
	if len(asked) == 0 || len(asked) > mostTagKeys || len(q.Tags) > mostTagKeys {
		return nil, fault.Invalid("/tags", "name 1 to %d tags to select by or keys to group by", mostTagKeys)
	}
	var keys []string
	for i, spelled := range asked {
		key := foldTag(spelled)
		if key == "" || slices.Contains(keys, key) {
			return nil, fault.Invalid(pointer+decimal.NewFromInt(int64(i)).String(), "key %.60q is empty or named twice", spelled)
		}
		keys = append(keys, key)
	}
	for _, tag := range q.Tags {
		if foldTag(tag.Key) == "" {
			return nil, fault.Invalid("/tags", "a tag to select by has no key")
		}
	}
	return keys, nil
}

// selects reports whether tags have everything that the query asks for.
func (q TagQuery) selects(tags Tags) bool {
	for _, wanted := range q.Tags {
		value, present := tags.Values[foldTag(wanted.Key)]
		switch strings.TrimSpace(wanted.Value) {
		case "", AnyValue:
			if !present {
				return false
			}
		case Untagged:
			if present {
				return false
			}
		case value:
		default:
			return false
		}
	}
	return true
}

// combine returns the values of keys, and the name of that combination.
func combine(keys []string, tags Tags) ([]CostTag, string) {
	combination, parts := make([]CostTag, len(keys)), make([]string, len(keys))
	for i, key := range keys {
		value, present := tags.Values[key]
		if !present {
			value = Untagged
		}
		combination[i], parts[i] = CostTag{Key: key, Value: value}, key+":"+value
	}
	return combination, strings.Join(parts, ",")
}

// add counts selected cost, and notes how it spells the keys.
func (c *TagCosts) add(keys []string, total TagTotal) {
	c.Total = c.Total.Add(total.Amount)
	if total.Shared {
		c.Shared = c.Shared.Add(total.Amount)
	}
	for _, key := range keys {
		if _, present := total.Tags.Values[key]; !present {
			continue
		}
		spelling, other := total.Tags.Spellings[key]
		if !other {
			spelling = key
		}
		c.Spellings[key] = insert(c.Spellings[key], spelling)
	}
}

// insert adds a text to a sorted list that holds each once.
func insert(list []string, text string) []string {
	place, known := slices.BinarySearch(list, text)
	if known {
		return list
	}
	return slices.Insert(list, place, text)
}
