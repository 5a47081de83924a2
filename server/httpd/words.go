package httpd

import (
	"errors"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// words says in ours what huma's validation says in its own. %s is the field.
var words = []struct {
	huma *regexp.Regexp
	ours string // $1 is what the pattern caught
}{
	{regexp.MustCompile(`^expected required property (.+) to be present$`), "%s is missing."},
	{regexp.MustCompile(`^required \w+ parameter is missing$`), "%s is missing."},
	{regexp.MustCompile(`^unexpected property$`), "There is no field %s."},
	{regexp.MustCompile(`^unknown query parameter$`), "There is no parameter %s."},
	{regexp.MustCompile(`^expected length >= 1$`), "%s is empty."},
	{regexp.MustCompile(`^expected length >= (\d+)$`), "%s is too short: it must have at least $1 characters."},
	{regexp.MustCompile(`^expected length <= (\d+)$`), "%s is too long: it may have at most $1 characters."},
	{regexp.MustCompile(`^expected array length <= (\d+)$`), "%s has too many entries: at most $1 are allowed."},
	{regexp.MustCompile(`^expected number >= (\S+)$`), "%s is too small: it must be at least $1."},
	{regexp.MustCompile(`^expected number <= (\S+)$`), "%s is too large: it may be at most $1."},
	{regexp.MustCompile(`^expected value to be one of "(.+)"$`), "%s must be one of: $1."},
	{regexp.MustCompile(`^(?:expected|invalid) integer$`), "%s must be a whole number."},
	{regexp.MustCompile(`^(?:expected number|invalid float|invalid floating value)$`), "%s must be a number."},
	{regexp.MustCompile(`^(?:expected|invalid) boolean$`), "%s must be true or false."},
	{regexp.MustCompile(`^expected string$`), "%s must be a text."},
	{regexp.MustCompile(`^expected array$`), "%s must be a list."},
	{regexp.MustCompile(`^expected object$`), "%s must be a JSON object."},
	{regexp.MustCompile(`^expected value to match (?:at least|exactly) one schema.*$`), "%s has a value of a wrong kind."},
}

// wordsFor gives the parameter at fault and the message. Values are not
// repeated: they may be secret.
func wordsFor(err error) (field, detail string) {
	d, ok := errors.AsType[*huma.ErrorDetail](err)
	if !ok {
		return "", "The request can't be read."
	}
	_, field, _ = strings.Cut(d.Location, ".") // without body, query or path
	for _, w := range words {
		m := w.huma.FindStringSubmatch(d.Message)
		if m == nil {
			continue
		}
		if strings.HasPrefix(d.Message, "expected required") {
			field = strings.TrimPrefix(field+"."+m[1], ".")
		}
		name := field
		if name == "" {
			name = "The request"
		}
		ours := strings.Replace(w.ours, "%s", name, 1)
		if len(m) > 1 {
			ours = strings.Replace(ours, "$1", strings.ReplaceAll(m[1], `", "`, ", "), 1)
		}
		return field, ours
	}
	if field == "" {
		return "", "The request is not valid JSON, or a value in it has a wrong kind."
	}
	return field, field + " has a value that can't be read."
}
