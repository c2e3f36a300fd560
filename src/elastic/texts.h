#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "elastic/conf.h"
#include "elastic/decision.h"

namespace temblor::elastic {

/// All lines that people read in log/elastic_schedule.log, in their language: nobody else writes any. The Chinese ones
/// are documented word for word, and the runbook looks for them. One line each, without time and without its end.
class Texts {
 public:
  explicit Texts(Language language) : language_(language) {}

  [[nodiscard]] std::string decision_begins() const;
  [[nodiscard]] std::string state(std::int64_t parallelism, std::int64_t task_managers) const;
  /// What is logged of a finding: `CPU 负载低于下限，触发 TM 缩容`.
  [[nodiscard]] std::string finding(const Finding& finding) const;
  /// The same with its numbers, for who asks why: `CPU 负载 0.0065 低于下限 0.3000`.
  [[nodiscard]] std::string explanation(const Finding& finding) const;
  /// `并行度 3 -> 5`, `TM 数量 3 -> 4`.
  [[nodiscard]] std::string action(const Action& action) const;

  // TaskManagers. `count`: how many the cluster then has.
  [[nodiscard]] std::string starting_tm(std::string_view host) const;
  [[nodiscard]] std::string tm_added(std::string_view host, std::int64_t count) const;
  [[nodiscard]] std::string tm_not_registered(std::string_view host, Milliseconds waited) const;
  [[nodiscard]] std::string stopping_tm(std::string_view host) const;
  [[nodiscard]] std::string tm_removed(std::string_view host, std::int64_t count) const;

  // The job.
  [[nodiscard]] std::string savepoint_begins(std::string_view directory) const;
  [[nodiscard]] std::string savepoint_done(std::string_view path) const;
  [[nodiscard]] std::string submitting(std::int64_t parallelism) const;
  [[nodiscard]] std::string rescaled(std::int64_t from, std::int64_t to, std::string_view job_id,
                                     Milliseconds downtime) const;
  [[nodiscard]] std::string rolled_back(std::int64_t parallelism) const;
  [[nodiscard]] std::string stray_ended(std::string_view job_id) const;
  [[nodiscard]] std::string started_by_others(std::string_view job_id) const;
  [[nodiscard]] std::string job_found(std::string_view job_id) const;
  [[nodiscard]] std::string failed(std::string_view error) const;
  [[nodiscard]] std::string would_do(const Action& action) const;  ///< --dry-run

  // The service.
  [[nodiscard]] std::string loop_begins(Milliseconds interval) const;
  [[nodiscard]] std::string loop_ends() const;
  [[nodiscard]] std::string paused() const;
  [[nodiscard]] std::string resumed(bool was_paused) const;
  [[nodiscard]] std::string trouble(std::string_view what) const;  ///< the loop goes on
  [[nodiscard]] std::string trouble_over(std::string_view what) const;
  [[nodiscard]] std::string lines_left_out(std::size_t unreadable, std::size_t from_future,
                                           std::size_t out_of_order) const;

  [[nodiscard]] Language language() const { return language_; }
  /// The words for something, chosen by the language.
  [[nodiscard]] std::string_view choose(std::string_view chinese, std::string_view english) const {
    return language_ == Language::kChinese ? chinese : english;
  }

 private:
  Language language_;
};

}  // namespace temblor::elastic
