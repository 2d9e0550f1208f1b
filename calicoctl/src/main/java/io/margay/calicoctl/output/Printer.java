package io.margay.calicoctl.output;

import io.margay.calicoctl.template.GoTemplate;
import io.margay.calicoctl.template.TemplateException;
import io.margay.model.Resource;
import io.margay.model.document.DocumentWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns listings into the text of an output format.
public final class Printer {

  private final OutputFormat format;

  /// Read in advance, so that a mistake in it shows before anything is asked of the store.
  private final @Nullable GoTemplate template;

  /// @param format whose template, if any, is at hand
  /// @throws TemplateException if its template cannot be read
  public Printer(OutputFormat format) throws TemplateException {
    this.format = format;
    this.template =
        format instanceof OutputFormat.GoTemplate(String text) ? GoTemplate.parse(text) : null;
  }

  /// @throws TemplateException if the template asks for what is not there
  public String print(List<Listing> listings, Settings settings) throws TemplateException {
    return switch (format) {
      case OutputFormat.Ps _, OutputFormat.Wide _, OutputFormat.CustomColumns _ -> {
        StringBuilder tables = new StringBuilder();
        for (Listing listing : listings) {
          tables.append(Columns.table(listing, headings(listing), settings));
        }
        yield tables.toString();
      }
      case OutputFormat.Yaml _ -> DocumentWriter.toYaml(items(listings));
      case OutputFormat.Json _ -> DocumentWriter.toJson(items(listings)) + "\n";
      case OutputFormat.GoTemplate _, OutputFormat.GoTemplateFile _ -> {
        if (template == null) {
          throw new IllegalStateException("the template of " + format + " has not been read");
        }
        yield template.execute(ResourceValues.of(listings), settings::get);
      }
    };
  }

  private List<String> headings(Listing listing) {
    return switch (format) {
      case OutputFormat.CustomColumns(List<String> headings) -> headings;
      case OutputFormat.Wide _ -> Columns.wide(listing.kind());
      case OutputFormat.Ps _,
          OutputFormat.Yaml _,
          OutputFormat.Json _,
          OutputFormat.GoTemplate _,
          OutputFormat.GoTemplateFile _ ->
          Columns.standard(listing.kind());
    };
  }

  private static List<Resource> items(List<Listing> listings) {
    List<Resource> items = new ArrayList<>();
    for (Listing listing : listings) {
      items.addAll(listing.items());
    }
    return items;
  }
}
